// SPDX-License-Identifier: LGPL-2.1-or-later
#include "probe/http_get.hpp"

#include "base/completion.hpp"

#include <curl/curl.h>
#include <sys/epoll.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <new>

namespace hotreload::probe {

namespace {

// Nobody reads the body. Up to here it is taken all the same, so that the server does not see its
// client go away.
constexpr std::size_t kBodyLimit = 64 * 1024;

template <class T, auto free>
struct CurlDeleter {
    void operator()(T* handle) const { free(handle); }
};
using Multi = std::unique_ptr<CURLM, CurlDeleter<CURLM, curl_multi_cleanup>>;
using Easy = std::unique_ptr<CURL, CurlDeleter<CURL, curl_easy_cleanup>>;
using List = std::unique_ptr<curl_slist, CurlDeleter<curl_slist, curl_slist_free_all>>;

class Transfer {
public:
    Transfer(os::EventLoop& loop, const std::string& url, const std::string& address, Fd connection)
        : loop_(loop),
          connection_(std::move(connection)),
          timer_(loop),
          status_(loop),
          // Any host and port of a URL: the address is what the connection was made to.
          connect_to_(curl_slist_append(nullptr, ("::" + address).c_str())),
          multi_(curl_multi_init()),
          easy_(curl_easy_init()) {
        if (!connect_to_ || !multi_ || !easy_)
            throw std::bad_alloc();
        set_up(url);
        curl_multi_setopt(multi_.get(), CURLMOPT_SOCKETFUNCTION, on_socket);
        curl_multi_setopt(multi_.get(), CURLMOPT_SOCKETDATA, this);
        curl_multi_setopt(multi_.get(), CURLMOPT_TIMERFUNCTION, on_timer);
        curl_multi_setopt(multi_.get(), CURLMOPT_TIMERDATA, this);
        curl_multi_add_handle(multi_.get(), easy_.get());
    }
    Transfer(const Transfer&) = delete;
    Transfer& operator=(const Transfer&) = delete;
    ~Transfer() {
        sockets_.clear(); // before they are closed
        curl_multi_remove_handle(multi_.get(), easy_.get());
    }

    Completion<Result<long>>& status() { return status_; }

private:
    void set_up(const std::string& url) {
        auto* const easy = easy_.get();
        curl_easy_setopt(easy, CURLOPT_URL, url.c_str());
        curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, why_.data());
        curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
        curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, long{CURL_HTTP_VERSION_1_1});
        curl_easy_setopt(easy, CURLOPT_USERAGENT, "hotreload");
        curl_easy_setopt(easy, CURLOPT_PROXY, ""); // whatever the environment says
        curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
        curl_easy_setopt(easy, CURLOPT_CONNECT_TO, connect_to_.get());
        // The process tells who answers. A certificate is for a name, and this is a number.
        curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 0L);
        curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 0L);
        curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, on_open);
        curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, this);
        curl_easy_setopt(easy, CURLOPT_SOCKOPTFUNCTION, on_options);
        curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
        curl_easy_setopt(easy, CURLOPT_WRITEDATA, this);
    }

    static curl_socket_t on_open(void* self, curlsocktype, curl_sockaddr*) noexcept {
        // Once: a second connection would be somebody else's.
        return static_cast<Transfer*>(self)->connection_.release();
    }

    static int on_options(void*, curl_socket_t, curlsocktype) noexcept {
        return CURL_SOCKOPT_ALREADY_CONNECTED;
    }

    static std::size_t on_body(char*, std::size_t size, std::size_t count, void* self) noexcept {
        auto& received = static_cast<Transfer*>(self)->received_;
        received += size * count;
        return received > kBodyLimit ? CURL_WRITEFUNC_ERROR : size * count;
    }

    // May be called from within act(), and so from a callback that it destroys: they do nothing
    // after it.
    static int on_socket(CURL*, curl_socket_t fd, int what, void* self, void*) noexcept {
        auto& transfer = *static_cast<Transfer*>(self);
        transfer.sockets_.erase(fd); // a descriptor is watched by one source at a time
        const std::uint32_t events = (what == CURL_POLL_IN      ? EPOLLIN
                                      : what == CURL_POLL_OUT   ? EPOLLOUT
                                      : what == CURL_POLL_INOUT ? EPOLLIN | EPOLLOUT
                                                                : 0U);
        if (events != 0)
            transfer.sockets_.try_emplace(fd, transfer.loop_, fd, events,
                                          [&transfer, fd] { transfer.act(fd); });
        return 0;
    }

    static int on_timer(CURLM*, long milliseconds, void* self) noexcept {
        auto& transfer = *static_cast<Transfer*>(self);
        if (milliseconds < 0)
            transfer.timer_.disarm();
        else
            transfer.timer_.arm(std::chrono::milliseconds(milliseconds),
                                [&transfer] { transfer.act(CURL_SOCKET_TIMEOUT); });
        return 0;
    }

    // libcurl finds out for itself what has happened to the socket.
    void act(curl_socket_t fd) {
        int running = 0;
        curl_multi_socket_action(multi_.get(), fd, 0, &running);
        int more = 0;
        while (const CURLMsg* message = curl_multi_info_read(multi_.get(), &more))
            if (message->msg == CURLMSG_DONE)
                status_.resolver()(conclude(message->data.result));
    }

    Result<long> conclude(CURLcode code) {
        long status = 0;
        curl_easy_getinfo(easy_.get(), CURLINFO_RESPONSE_CODE, &status);
        if (code == CURLE_OK || (code == CURLE_WRITE_ERROR && received_ > kBodyLimit))
            return status;
        return fail(ErrorCode::Failed,
                    why_.front() != '\0' ? why_.data() : curl_easy_strerror(code));
    }

    os::EventLoop& loop_;
    Fd connection_;
    std::size_t received_ = 0;
    std::array<char, CURL_ERROR_SIZE> why_ = {};
    std::map<curl_socket_t, os::Readable> sockets_;
    os::Timer timer_;
    Completion<Result<long>> status_;
    List connect_to_;
    Multi multi_; // outlives easy_, and its callbacks need what stands above
    Easy easy_;
};

} // namespace

Task<Result<long>> http_get(os::EventLoop& loop, std::string url, std::string address,
                            Fd connection) {
    Transfer transfer(loop, url, address, std::move(connection));
    co_return co_await transfer.status();
}

} // namespace hotreload::probe
